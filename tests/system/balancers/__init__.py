"""HAProxy and nginx, with the files of docker/, in front of three real nodes."""
