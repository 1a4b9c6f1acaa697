//! How long requests took, by method, route and status.

use std::cell::RefCell;
use std::collections::HashMap;

use actix_web::http::StatusCode;
use metrics::Histogram;

type ByRoute = HashMap<String, Histogram>;

thread_local! {
    /// To find a histogram by its labels costs more than to record in it. There are as many as there are routes.
    static KNOWN: RefCell<HashMap<(&'static str, StatusCode), ByRoute>> = RefCell::default();
}

/// Records one request that took so many seconds.
pub(crate) fn record(method: &'static str, route: &str, status: StatusCode, seconds: f64) {
    KNOWN.with_borrow_mut(|known| {
        let routes = known.entry((method, status)).or_default();
        if let Some(histogram) = routes.get(route) {
            return histogram.record(seconds);
        }
        let histogram = metrics::histogram!(
            "http_request_duration_seconds",
            "method" => method, "route" => route.to_owned(), "status" => status.as_u16().to_string()
        );
        histogram.record(seconds);
        routes.insert(route.to_owned(), histogram);
    });
}
