"""The embedded AWS: a moto server on the loopback address, with what moto lacks for this product."""
