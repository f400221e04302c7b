"""Write the expected policies anew, and remove those that nobody expects."""

from tests.expected_policies import FOLDER, file, policies, text

if __name__ == "__main__":
    written = []
    for name, policy in policies():
        path = file(name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text(policy), encoding="utf-8")
        written.append(path)
    for path in set(FOLDER.glob("*/*.json")) - set(written):
        path.unlink()
