"""An open-ended service's session: from the messages of a log without an end to the rows of each meter's days."""
