//! souk-bus
