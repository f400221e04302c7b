"""Key policies as they are found in the world: read leniently, judged, explained and compared."""
