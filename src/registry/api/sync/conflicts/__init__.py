"""What met a record that had moved on: kept, shown to who sent it and to who is in charge, settled by a human."""
