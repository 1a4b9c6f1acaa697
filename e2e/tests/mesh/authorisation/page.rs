//! The table as a page of the documentation.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use souk_testkit::{INTERNAL_CALLS, SHARED_CALLS};

use super::access::{Access, Caller, Outcome};
use super::operation::Operation;
use super::table::TABLE;

const HEAD: &str = "# Who may do what

Every operation of the public API, and what becomes of a call by

- **nobody**: without a token;
- **a customer**: to whom nothing of what is called on belongs;
- **its customer**: whose order, cart line, wish, review, address or session it is;
- **a shop owner**: of another approved shop;
- **its shop owner**: of the shop that it belongs to;
- **admin**: an operator.

`yes` lets the caller in; what the call says may still be refused. A number is the status of the refusal: 401 without a
token, 403 where the thing is public, 404 where even its existence is private. The slugs of the 403s are in the last
column. Who may is decided by rows (whose shop, whose order), never by the role in a token alone, but for operators.

This page is written by the tests, from the table that they hold against the running mesh
(`e2e/tests/mesh/authorisation/table.rs`). Refresh it with
`UPDATE_AUTHORISATION=1 cargo test -p e2e --test mesh the_page_is_the_table`.
";

const INSIDE: &str = "
## Inside the mesh

Routes under `/internal` are no part of the public API, and the gateway passes nothing on to them. A service lets in the
members of the mesh that are named here and refuses all others with 403 `mesh-only`; a route that is not named is closed
to all. `gateway-itself` is the gateway when it asks something of its own accord, `gateway` when it forwards what a client
asks. Every other route of a service is for the gateway alone, and so is the word for which user a call is made. All
members sign with one key, so this keeps mistakes apart and not a member that lies about its name. A new member, such as
a program that imports, gets a name in `libs/auth/src/members.rs` and is entered at each route that it calls.

Each service enforces its own table (`INTERNAL` in its `routes/mod.rs`); tests call every route as every member and hold
the outcome against this one (`libs/testkit/src/internal.rs`).

| service | route | callers |
| --- | --- | --- |
";

pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/AUTHORISATION.md")
}

pub fn render() -> String {
    let mut page = HEAD.to_owned();
    let mut areas: Vec<&str> = Vec::new();
    for area in TABLE.iter().map(area_of) {
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    for area in areas {
        begin(&mut page, area);
        for operation in TABLE.iter().filter(|operation| area_of(operation) == area) {
            row(&mut page, operation);
        }
    }
    page.push_str(INSIDE);
    let shared = ("every service", SHARED_CALLS);
    for (service, calls) in [shared].iter().chain(INTERNAL_CALLS) {
        for (call, callers) in *calls {
            writeln!(page, "| {service} | `{call}` | {} |", callers.join(", ")).unwrap();
        }
    }
    page
}

/// The first segment of the path.
fn area_of(operation: &Operation) -> &'static str {
    operation.path().split(['/', '?']).nth(1).unwrap_or_default()
}

fn begin(page: &mut String, area: &str) {
    let titles = Caller::ALL.map(Caller::title).join(" | ");
    let lines = "--- | ".repeat(Caller::ALL.len());
    write!(
        page,
        "\n## /{area}\n\n| operation | who may | {titles} | 403 says |\n| --- | --- | {lines}--- |\n"
    )
    .unwrap();
}

fn row(page: &mut String, operation: &Operation) {
    let name = operation.name.replacen("/api/v1", "", 1);
    let access = &operation.access;
    let cells = Caller::ALL.map(|caller| cell(access.of(caller))).join(" | ");
    let reasons = reasons(access).join(", ");
    writeln!(page, "| `{name}` | {} | {cells} | {reasons} |", who(access)).unwrap();
}

fn cell(outcome: Outcome) -> String {
    match outcome {
        Outcome::In => "yes".to_owned(),
        Outcome::Out(status, _) => status.to_string(),
    }
}

fn reasons(access: &Access) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for caller in Caller::ALL {
        if let Outcome::Out(403, slug) = access.of(caller) {
            let slug = format!("`{slug}`");
            if !reasons.contains(&slug) {
                reasons.push(slug);
            }
        }
    }
    reasons
}

/// Those who are let in, in a few words.
fn who(access: &Access) -> &'static str {
    use Caller::{Admin, Buyer, Customer, Nobody, OtherOwner, Owner};
    let let_in: Vec<Caller> = Caller::ALL
        .into_iter()
        .filter(|caller| access.lets_in(*caller))
        .collect();
    match let_in[..] {
        [Nobody, Customer, Buyer, OtherOwner, Owner, Admin] => "public",
        [Customer, Buyer, OtherOwner, Owner, Admin] => "user",
        [Customer, Buyer, Admin] => "customer",
        [OtherOwner, Owner] => "shop owner",
        [Buyer] => "its customer",
        [Buyer, Admin] => "its customer, admin",
        [Owner] => "its shop owner",
        [Owner, Admin] => "its shop owner, admin",
        [Admin] => "admin",
        _ => panic!("{let_in:?} have no name: give them one in authorisation/page.rs"),
    }
}
