"""Accounts: who may use the service, with which API keys, and how much. Usage of pages is counted with the jobs."""
