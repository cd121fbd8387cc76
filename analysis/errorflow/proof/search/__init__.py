"""The search for certificates. Nothing else imports it, and nothing in it is trusted."""
