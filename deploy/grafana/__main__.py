"""Writes the dashboards."""

from deploy.grafana.dashboards import FOLDER, written

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in written().items():
        (FOLDER / name).write_text(text, "utf-8")
