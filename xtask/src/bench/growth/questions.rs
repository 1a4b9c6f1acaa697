//! What customers, shops and operators ask, and how long the answers take.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::bench::budget::median;
use crate::bench::go_on;
use crate::bench::people::Person;
use crate::bench::stage::Stage;
use crate::http::Api;
use crate::infra::postgres::{psql, with_database};
use crate::mesh::Run;

/// Before they count.
const WARM_UP: usize = 10;

/// Something that is asked again and again.
pub struct Question {
    /// What it is about.
    pub what: &'static str,
    api: Api,
    path: String,
    is_begun_only: bool,
}

impl Question {
    /// How long an answer takes, in milliseconds: the median of so many, one after the other.
    pub fn ask(&self, times: usize) -> Result<f64> {
        go_on()?;
        for _ in 0..WARM_UP {
            self.ask_once()?;
        }
        let waits: Vec<f64> = (0..times).map(|_| self.ask_once()).collect::<Result<_>>()?;
        Ok(median(waits.into_iter()))
    }

    fn ask_once(&self) -> Result<f64> {
        let Self { api, path, .. } = self;
        let from = Instant::now();
        let (status, body) = if self.is_begun_only {
            (api.begin(path)?, Value::Null)
        } else {
            api.call("GET", path, None)?
        };
        let wait = from.elapsed().as_secs_f64() * 1000.0;
        if status != 200 {
            bail!("GET {path} was answered {status}: {body}");
        }
        Ok(wait)
    }
}

/// Who asks, and about what.
pub struct Asked<'a> {
    stage: &'a Stage,
    reader: &'a Person,
    operator: Api,
    known: Known,
}

/// Rows in the middle of all.
struct Known {
    order: String,
    own_order: String,
    own_number: String,
    own_parcel: String,
    item: String,
    ordered_at: String,
    month_before: String,
    month_after: String,
}

const ORDER: &str =
    "select id from orders where created_at < now() - interval '367 days' order by id desc limit 1;";
const OWN: &str =
    "select o.id, o.number, i.tracking_number from orders o join order_items i on i.order_id = o.id
    where o.user_id = :'reader' and i.tracking_number is not null order by o.id offset 20 limit 1;";
const ITEM: &str = "select id, to_char(ordered_at, :'iso') from order_items
    where shop_id = :'shop' and ordered_at < now() - interval '367 days' order by ordered_at desc, id desc limit 1;";
const MONTH: &str =
    "select to_char(now() - interval '397 days', :'iso'), to_char(now() - interval '367 days', :'iso');";
const ISO: &str = "\\set iso 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'\n";

impl<'a> Asked<'a> {
    /// Look up what is asked about.
    pub fn prepare(stage: &'a Stage, run: &Run, reader: &'a Person) -> Result<Self> {
        let operator = Api::log_in(&run.gateway_url, &run.admin.email, &run.admin.password)?;
        let shop = &stage.shops.first().context("There is a shop")?.id;
        let ask = |database, sql: String| psql(&with_database(&stage.postgres_url, database)?, &sql);
        let [order] = fields(&ask("order_svc", ORDER.to_owned())?)?;
        let own = format!("\\set reader '{}'\n{OWN}", reader.id);
        let [own_order, own_number, own_parcel] = fields(&ask("order_svc", own)?)?;
        let [item, ordered_at] = fields(&ask("shop_svc", format!("{ISO}\\set shop '{shop}'\n{ITEM}"))?)?;
        let [month_before, month_after] = fields(&ask("order_svc", format!("{ISO}{MONTH}"))?)?;
        Ok(Self {
            stage,
            reader,
            operator,
            known: Known {
                order,
                own_order,
                own_number,
                own_parcel,
                item,
                ordered_at,
                month_before,
                month_after,
            },
        })
    }

    /// All questions, in the order of the table.
    pub fn questions(&self) -> Result<Vec<Question>> {
        let mut questions = self.by_a_customer();
        questions.extend(self.by_a_shop()?);
        questions.extend(self.by_an_operator()?);
        Ok(questions)
    }

    fn by_a_customer(&self) -> Vec<Question> {
        let own = self.stage.acting_as(self.reader);
        let Known {
            own_order,
            own_number,
            own_parcel,
            ..
        } = &self.known;
        let next = cursor(&json!(own_order));
        let email = &self.reader.email;
        vec![
            question("own orders", &own, "/orders".to_owned()),
            question("own orders, next page", &own, format!("/orders?cursor={next}")),
            question("order by id", &own, format!("/orders/{own_order}")),
            question("order by number", &own, format!("/orders/{own_number}")),
            question(
                "parcel by its number",
                &own,
                format!("/tracking/{own_parcel}?email={email}"),
            ),
        ]
    }

    fn by_a_shop(&self) -> Result<Vec<Question>> {
        let shop = self.stage.shops.first().context("There is a shop")?;
        let ware = shop.wares.first().context("The shop sells something")?;
        let owner = self.stage.acting_as(&shop.owner);
        let Known {
            item,
            ordered_at,
            month_before,
            month_after,
            ..
        } = &self.known;
        let middle = cursor(&json!([ordered_at, item]));
        let items =
            |what, query: String| question(what, &owner, format!("/shops/{}/order-items{query}", shop.id));
        Ok(vec![
            items("shop's items", String::new()),
            items("shop's items, in the middle", format!("?cursor={middle}")),
            items("shop's items, cancelled", "?status=cancelled".to_owned()),
            items("shop's items, on their way: none", "?status=shipped".to_owned()),
            items(
                "shop's items of a month",
                format!("?from={month_before}&to={month_after}"),
            ),
            Question {
                is_begun_only: true,
                ..items("shop's items as CSV, begun", "/export".to_owned())
            },
            question("stock ledger", &owner, format!("/variations/{ware}/stock/ledger")),
            question(
                "dashboard of 30 days",
                &owner,
                format!("/analytics/shops/{}/dashboard", shop.id),
            ),
        ])
    }

    fn by_an_operator(&self) -> Result<Vec<Question>> {
        let shop = &self.stage.shops.first().context("There is a shop")?.id;
        let Known {
            order,
            month_before,
            month_after,
            ..
        } = &self.known;
        let reader = &self.reader.id;
        let middle = cursor(&json!(order));
        let ask = |what, path: String| question(what, &self.operator, path);
        let orders = |what, query: String| ask(what, format!("/orders?all=true{query}"));
        Ok(vec![
            orders("all orders", String::new()),
            orders("all orders, in the middle", format!("&cursor={middle}")),
            orders("all orders, cancelled", "&status=cancelled".to_owned()),
            orders("all orders, on their way: none", "&status=shipped".to_owned()),
            orders(
                "all orders of a month",
                format!("&from={month_before}&to={month_after}"),
            ),
            orders("all orders of a customer", format!("&user_id={reader}")),
            orders("all orders of a shop", format!("&shop_id={shop}")),
            Question {
                is_begun_only: true,
                ..ask("all orders as CSV, begun", "/orders/export".to_owned())
            },
            ask("overview of 30 days", "/analytics/overview".to_owned()),
            ask("events", "/analytics/events".to_owned()),
            ask(
                "events of a type",
                "/analytics/events?type=order.cancelled".to_owned(),
            ),
            ask(
                "events of a customer",
                format!("/analytics/events?user_id={reader}"),
            ),
        ])
    }
}

fn question(what: &'static str, api: &Api, path: String) -> Question {
    Question {
        what,
        api: api.clone(),
        path,
        is_begun_only: false,
    }
}

/// Where a page begins that comes after the row with this key.
fn cursor(key: &Value) -> String {
    URL_SAFE_NO_PAD.encode(key.to_string())
}

/// The fields of the only row.
fn fields<const N: usize>(answer: &str) -> Result<[String; N]> {
    let fields: Vec<String> = answer.trim().split('|').map(ToOwned::to_owned).collect();
    fields
        .try_into()
        .map_err(|_| anyhow::anyhow!("Postgres answered without sense: {answer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_what_services_give() {
        // As the list of events would give it.
        assert_eq!(
            cursor(&json!(["2026-01-01T00:00:00Z", 7])),
            "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsN10"
        );
    }

    #[test]
    fn a_row_has_as_many_fields_as_are_asked_for() {
        assert_eq!(fields("a|b\n").unwrap(), ["a", "b"]);
        assert!(fields::<2>("").is_err());
    }
}
