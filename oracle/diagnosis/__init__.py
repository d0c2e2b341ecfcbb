"""Diagnosis of a wrong gradient: the blamed step, the named mistake, the proved cure."""
