//! souk-telemetry
