//! analytics-svc
