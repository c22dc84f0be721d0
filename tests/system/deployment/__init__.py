"""What is in docker/, judged and run without an engine and without systemd."""
