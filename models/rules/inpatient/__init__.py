"""Rules on stays: hanging beds, fake and split stays, low-threshold admissions, charges against the stay, over-treatment, presence."""
