"""Backups of the database: made, turned over, restored, and proved by restoring them apart."""
