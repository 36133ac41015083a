#!/usr/bin/env python
"""Run a management command."""

import sys

from config import boot

if __name__ == "__main__":
    boot.set_up()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
