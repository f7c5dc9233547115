"""``python -m giapranh`` is the ``giapranh`` command."""

from giapranh.cli.app import main

if __name__ == "__main__":
    main()
