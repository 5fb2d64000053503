"""A simulated Anaplan tenant with one model: `app.create_app` builds it, `certificates.issue_certificate` its login."""
