"""The clean room: what strangers sent is opened and read in processes of their own."""
