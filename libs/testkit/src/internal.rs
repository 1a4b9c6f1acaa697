//! Who may call what inside the mesh: the expectation, and the check that a service keeps to it.
//!
//! Written down apart from the tables that the services enforce, so that a change of one of those is a change of this
//! table too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::json;
use souk_auth::members::{
    ANALYTICS_SVC, CART_SVC, GATEWAY_ITSELF, MEMBERS, ORDER_SVC, PRODUCT_SVC, SEARCH_SVC, USER_SVC,
    WISHLIST_SVC,
};
use souk_auth::{InternalRoute, Role};
use uuid::Uuid;

use crate::{Response, TestServer};

/// Internal routes and who calls them: method and path, then the callers.
pub type InternalCalls = [(&'static str, &'static [&'static str])];

const GATEWAY_ONLY: &[&str] = &[GATEWAY_ITSELF];
const ERASURE: &[&str] = &[USER_SVC];

/// What every service has.
pub const SHARED_CALLS: &InternalCalls = &[
    ("GET /internal/mesh", GATEWAY_ONLY),
    ("GET /internal/parked", GATEWAY_ONLY),
    ("POST /internal/parked/replay", GATEWAY_ONLY),
    ("POST /internal/parked/drop", GATEWAY_ONLY),
    ("GET /internal/parked/types", GATEWAY_ONLY),
    ("POST /internal/parked/types", GATEWAY_ONLY),
    ("GET /internal/parked/{id}", GATEWAY_ONLY),
    ("DELETE /internal/parked/{id}", GATEWAY_ONLY),
    ("POST /internal/parked/{id}/replay", GATEWAY_ONLY),
    ("POST /internal/trace/written", GATEWAY_ONLY),
    ("POST /internal/trace/handled", GATEWAY_ONLY),
    ("GET /internal/users/{user_id}/export", &[USER_SVC]),
];

/// What each service has of its own.
pub const INTERNAL_CALLS: &[(&str, &InternalCalls)] = &[
    (
        "user-svc",
        &[
            ("POST /internal/users", GATEWAY_ONLY),
            ("POST /internal/sessions", GATEWAY_ONLY),
            ("POST /internal/sessions/refresh", GATEWAY_ONLY),
            ("POST /internal/sessions/{session_id}/end", GATEWAY_ONLY),
            ("GET /internal/sessions/ended", GATEWAY_ONLY),
            ("GET /internal/users/ended", GATEWAY_ONLY),
            ("GET /internal/users/{user_id}/sessions", GATEWAY_ONLY),
            ("POST /internal/users/{user_id}/sessions/end", GATEWAY_ONLY),
            (
                "POST /internal/users/{user_id}/sessions/{session_id}/end",
                GATEWAY_ONLY,
            ),
            ("POST /internal/password-resets", GATEWAY_ONLY),
            ("POST /internal/password-resets/confirm", GATEWAY_ONLY),
            ("POST /internal/email-verifications", GATEWAY_ONLY),
            ("POST /internal/users/{user_id}/email-verification", GATEWAY_ONLY),
            (
                "GET /internal/users/{user_id}/addresses/{address_id}",
                &[ORDER_SVC],
            ),
            ("GET /internal/users/{user_id}/status", &[ORDER_SVC]),
            ("POST /internal/users/by-email", &[ORDER_SVC]),
        ],
    ),
    (
        "shop-svc",
        &[
            ("GET /internal/shops", &[SEARCH_SVC]),
            ("POST /internal/shops/lookup", &[SEARCH_SVC]),
            ("GET /internal/shops/{shop_id}", &[WISHLIST_SVC, ANALYTICS_SVC]),
            ("GET /internal/shops/by-owner/{user_id}", &[PRODUCT_SVC]),
            ("POST /internal/accounts/{user_id}/close", ERASURE),
            ("POST /internal/accounts/{user_id}/reopen", ERASURE),
        ],
    ),
    (
        "product-svc",
        &[
            ("GET /internal/products", &[SEARCH_SVC]),
            ("POST /internal/products/lookup", &[SEARCH_SVC]),
            ("POST /internal/variations/lookup", &[CART_SVC, WISHLIST_SVC]),
            ("POST /internal/reservations", &[ORDER_SVC]),
            (
                "POST /internal/reservations/{reservation_id}/release",
                &[ORDER_SVC],
            ),
        ],
    ),
    (
        "cart-svc",
        &[
            ("POST /internal/carts/checkout", &[ORDER_SVC]),
            ("POST /internal/carts/ordered", &[ORDER_SVC]),
            ("PUT /internal/carts/{user_id}/proposal", &[ORDER_SVC]),
            ("POST /internal/carts/{user_id}/items", &[WISHLIST_SVC]),
        ],
    ),
    (
        "order-svc",
        &[
            (
                "POST /internal/reservations/{reservation_id}/verdict",
                &[PRODUCT_SVC],
            ),
            ("POST /internal/accounts/{user_id}/close", ERASURE),
            ("POST /internal/accounts/{user_id}/reopen", ERASURE),
        ],
    ),
    ("wishlist-svc", &[]),
    ("search-svc", &[]),
    ("analytics-svc", &[]),
];

/// Every internal route, open to every member: for stand-ins, which answer whoever the service under test is.
pub const ANY_INTERNAL: &[InternalRoute] = &[
    InternalRoute::get("/internal/{path:.*}", &MEMBERS),
    InternalRoute::post("/internal/{path:.*}", &MEMBERS),
    InternalRoute::put("/internal/{path:.*}", &MEMBERS),
    InternalRoute::delete("/internal/{path:.*}", &MEMBERS),
];

/// Calls each internal route of a service as each member of the mesh, and as one that is none: exactly those that the
/// table names are let in. Every route that the sources in `crate_dir` name must be in the table, and every entry must
/// have its route.
pub async fn assert_internal_callers(server: &TestServer, service: &str, crate_dir: &str) {
    let own = INTERNAL_CALLS.iter().find(|(name, _)| *name == service);
    let (_, own) = own.unwrap_or_else(|| panic!("{service} is not in the table of internal calls"));
    assert!(MEMBERS.contains(&service), "{service} is no member of the mesh");
    let known: BTreeSet<String> = own.iter().map(|(route, _)| shape(path_of(route))).collect();
    let named = named_in(&Path::new(crate_dir).join("src"));
    assert_eq!(
        named, known,
        "{service}: the sources on the left, the table on the right"
    );

    let (mut expected, mut found) = (BTreeMap::new(), BTreeMap::new());
    for (route, callers) in own.iter().chain(SHARED_CALLS) {
        let mut let_in = BTreeSet::new();
        for member in MEMBERS.into_iter().chain(["stranger-svc"]) {
            let response = call(server, member, route).await;
            assert_ne!(response.status, 401, "{member} {route}: {response:?}");
            if response.problem() != (403, "mesh-only") {
                let_in.insert(member);
            }
        }
        expected.insert(*route, callers.iter().copied().collect::<BTreeSet<_>>());
        found.insert(*route, let_in);
    }
    assert_eq!(found, expected, "{service}: who is let in, and who should be");
    own_routes_answer(server, service, own).await;
    only_the_gateway_speaks_for_users(server, service).await;
}

/// An entry without a route would hide a route with another spelling.
async fn own_routes_answer(server: &TestServer, service: &str, own: &InternalCalls) {
    for (route, callers) in own {
        let caller = callers.first().expect("a caller");
        let response = call(server, caller, route).await;
        let is_unknown = response.body["detail"] == "There is nothing at this address.";
        assert!(!is_unknown && response.status != 405, "{service} has no {route}");
    }
}

/// Public routes are the gateway's, and so is the word on whose behalf a call is made.
async fn only_the_gateway_speaks_for_users(server: &TestServer, service: &str) {
    for member in MEMBERS {
        let peer = server.peer(member).on_behalf_of(Uuid::now_v7(), Role::Admin);
        let is_gateway = member.starts_with("gateway");
        let public = peer.get("/openapi.json").await.problem() != (403, "mesh-only");
        assert_eq!(public, is_gateway, "{service}: {member} on a public route");
        let for_user = call_as(&peer, "GET /internal/users/{user_id}/export").await;
        assert_eq!(
            for_user.problem(),
            (403, "mesh-only"),
            "{service}: {member} for a user"
        );
    }
}

async fn call(server: &TestServer, member: &str, route: &str) -> Response {
    let mut peer = server.peer(member);
    if member == GATEWAY_ITSELF {
        // What operators ask goes on behalf of one.
        peer = peer.on_behalf_of(Uuid::now_v7(), Role::Admin);
    }
    call_as(&peer, route).await
}

async fn call_as(peer: &crate::Client, route: &str) -> Response {
    let (method, path) = route.split_once(' ').expect("method and path");
    let path = filled(path);
    match method.parse().expect("a method") {
        Method::GET => peer.get(&path).await,
        Method::POST => peer.post(&path, json!({})).await,
        Method::PUT => peer.put(&path, json!({})).await,
        Method::DELETE => peer.delete(&path).await,
        other => panic!("{other} is not used inside the mesh"),
    }
}

fn path_of(route: &str) -> &str {
    route.split_once(' ').map_or(route, |(_, path)| path)
}

/// The path with a fresh id for each parameter.
fn filled(path: &str) -> String {
    segments(path, || Uuid::now_v7().to_string())
}

/// The path without the names of its parameters.
fn shape(path: &str) -> String {
    segments(path, || "{}".to_owned())
}

fn segments(path: &str, mut parameter: impl FnMut() -> String) -> String {
    let mut one = |segment: &str| {
        if segment.starts_with('{') {
            parameter()
        } else {
            segment.to_owned()
        }
    };
    path.split('/').map(&mut one).collect::<Vec<_>>().join("/")
}

/// The internal paths that the sources under `dir` name in a text.
fn named_in(dir: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(dir).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(named_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let texts = text.split("\"/internal/").skip(1);
            let paths = texts.map(|rest| rest.split('"').next().unwrap_or_default());
            found.extend(paths.map(|rest| shape(&format!("/internal/{rest}"))));
        }
    }
    found
}
