//! shop-svc: shops, their status and their owners.
