"""What the sky does: sun, clear sky, clouds, measured weather, typical years, temperature."""
