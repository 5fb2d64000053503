"""Any system that posts complete records, by configuration alone: Standard Webhooks or CloudEvents, mapped by JMESPath."""
