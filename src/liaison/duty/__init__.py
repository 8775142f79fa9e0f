"""Who answers at a desk, and when? Values in, values out: rotas, shifts, answering hours, calendars."""
