"""What names mean and which values expressions can take, each with the way that led there."""
