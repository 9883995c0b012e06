"""Writes the saved objects."""

from deploy.kibana.objects import FILE, written

if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
