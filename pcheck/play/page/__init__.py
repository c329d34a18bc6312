"""The page on which a protocol is played: its tables, the engine that reads them, and its look."""
