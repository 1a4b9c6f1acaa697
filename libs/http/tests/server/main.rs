//! Tests over a running server.
