"""What others may rely on, as documents: made of the code, kept in `contracts/`, and compared so that no promise is broken."""
