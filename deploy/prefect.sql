-- Run once, when the database is made: Prefect's records stand beside Vigie's, not among them.
CREATE DATABASE prefect OWNER vigie;
