"""Legacy systems that drop files: objects of declared layouts become posted documents, whole files at a time or not at all."""
