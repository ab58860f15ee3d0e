"""Config says what the notice says: campaigns, associations, divisions, and the settings of one installation."""
