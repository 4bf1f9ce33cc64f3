"""One module for each outside thing; foreign errors are translated here."""
