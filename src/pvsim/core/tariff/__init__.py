"""What a kWh costs, earns or emits at each second: a site's tariff as change points in UTC and integer prices."""
