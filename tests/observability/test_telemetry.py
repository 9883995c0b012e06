"""What a process opens to tell about itself, and what it leaves alone."""

import subprocess
import sys

import pytest

from tripinvoice.errors import ConfigurationError
from tripinvoice.settings import read_settings

OFF = """
import sys
from starter.telemetry import Telemetry
from tripinvoice.settings import Settings
with Telemetry(Settings(_env_file=None), "worker") as telemetry:
    print(telemetry.observer, list(telemetry.interceptors), "opentelemetry" in sys.modules)
"""


def test_what_is_off_is_not_loaded() -> None:
    """Neither metrics nor traces: nobody observes, and OpenTelemetry stays on the disk."""
    told = subprocess.run([sys.executable, "-c", OFF], capture_output=True, text=True, check=True)
    assert "None [] False\n" == told.stdout


@pytest.mark.parametrize("wrong", ["collector:4318", "grpc://collector:4317", "http://"])
def test_an_address_that_is_no_collector_s_is_told(wrong: str) -> None:
    """By the variable's name."""
    with pytest.raises(ConfigurationError, match="TRIPINVOICE_TRACES"):
        read_settings(traces=wrong)
