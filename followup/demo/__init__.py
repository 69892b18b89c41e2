"""The example "Norrbruk": invented actors, people and figures, marked "Exempel", made with the real actions at dates gone by.

`cast` makes the people, `answers` decides what a partner would say, `history` lives through the rounds day by day.
"""
