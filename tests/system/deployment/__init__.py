"""What of docker/ can be judged without an engine and without systemd."""
