"""What meters say, in whatever form, as measured power."""
