//! Which methods a path has: for 405 with `Allow`, and for HEAD.
//!
//! actix guards a handler by its method, and a request that no guard lets through looks the same as an
//! unknown path. So the table is kept beside the routes, built from the collected API document.

use actix_router::ResourceDef;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use utoipa::openapi::{OpenApi, PathItem};

use crate::Problem;

/// Path patterns and the methods each of them has.
#[derive(Clone, Debug, Default)]
pub struct Methods(Vec<(ResourceDef, Vec<Method>)>);

impl Methods {
    /// The table of an API document.
    pub fn of(document: &OpenApi) -> Self {
        let mut table = Self::default();
        for (pattern, item) in &document.paths.paths {
            table.add(pattern, methods_of(item));
        }
        table
    }

    /// Adds a route that the document does not tell of.
    pub fn add(&mut self, pattern: &str, methods: Vec<Method>) {
        self.0.push((ResourceDef::new(pattern), methods));
    }

    /// Adds all of another table.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// The methods of a path, `HEAD` beside every `GET`; empty when no route has it.
    pub fn on(&self, path: &str) -> Vec<Method> {
        let mut all: Vec<Method> = Vec::new();
        for (_, methods) in self.0.iter().filter(|(pattern, _)| pattern.is_match(path)) {
            for method in methods {
                if !all.contains(method) {
                    all.push(method.clone());
                }
                if *method == Method::GET && !all.contains(&Method::HEAD) {
                    all.push(Method::HEAD);
                }
            }
        }
        all
    }

    /// Whether a HEAD request may be served by the path's GET handler.
    pub fn head_as_get(&self, path: &str) -> bool {
        let mut routes = self
            .0
            .iter()
            .filter(|(pattern, _)| pattern.is_match(path))
            .peekable();
        let known = routes.peek().is_some();
        let mut get = false;
        for (_, methods) in routes {
            if methods.contains(&Method::HEAD) {
                return false;
            }
            get |= methods.contains(&Method::GET);
        }
        known && get
    }
}

fn methods_of(item: &PathItem) -> Vec<Method> {
    let all = [
        (item.get.is_some(), Method::GET),
        (item.post.is_some(), Method::POST),
        (item.put.is_some(), Method::PUT),
        (item.patch.is_some(), Method::PATCH),
        (item.delete.is_some(), Method::DELETE),
        (item.head.is_some(), Method::HEAD),
        (item.options.is_some(), Method::OPTIONS),
    ];
    all.into_iter()
        .filter(|(has, _)| *has)
        .map(|(_, method)| method)
        .collect()
}

/// The answer to a request that no route took: 405 where another method would do, else 404. `OPTIONS` tells
/// which methods would.
pub fn unmatched(request: &HttpRequest) -> HttpResponse {
    let methods = request
        .app_data::<web::Data<Methods>>()
        .map(|table| table.on(request.path()))
        .filter(|methods| !methods.is_empty());
    let Some(methods) = methods else {
        return unknown_path().error_response();
    };
    let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    if *request.method() == Method::OPTIONS {
        let allow = format!("{allow}, OPTIONS");
        return HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .finish();
    }
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Method not allowed",
    )
    .header(header::ALLOW, allow)
    .error_response()
}

pub(crate) fn unknown_path() -> Problem {
    Problem::not_found().detail("There is nothing at this address.")
}

pub(crate) async fn answer_unmatched(request: HttpRequest) -> HttpResponse {
    unmatched(&request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_collect_their_methods() {
        let mut table = Methods::default();
        table.add("/orders/{id}", vec![Method::GET]);
        table.add("/orders/{id}", vec![Method::DELETE]);
        table.add("/orders", vec![Method::POST]);

        assert_eq!(table.on("/orders/7"), [Method::GET, Method::HEAD, Method::DELETE]);
        assert_eq!(table.on("/orders"), [Method::POST]);
        assert!(table.on("/orders/7/items").is_empty());
        assert!(table.head_as_get("/orders/7") && !table.head_as_get("/orders"));
    }
}
