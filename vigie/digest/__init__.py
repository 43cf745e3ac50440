"""The weekly letter: what it tells (`edition`), in words (`sections`), as mail and files."""
