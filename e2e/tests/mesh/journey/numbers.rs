//! What the journey has changed, to the last coin.

use super::opening::Listed;
use crate::bodies::{Overview, SearchAnswer, Summary, TopProduct, Variation};
use crate::client::Client;
use crate::eventually::becomes;
use crate::market::Stall;
use crate::mesh::Mesh;

/// What the market has sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    quantity: i64,
    sales: i64,
    revenue: i64,
}

/// The figures of the whole market. Whoever sold something before has waited until it was counted.
pub async fn overview(admin: &Client) -> Result<Totals, String> {
    let overview: Overview = admin.get("/analytics/overview?days=7").await.try_read(200)?;
    Ok(Totals {
        quantity: overview.quantity_sold,
        sales: overview.sales,
        revenue: overview.revenue.iter().map(|money| money.amount).sum(),
    })
}

pub async fn stock_and_search_follow(mesh: &Mesh, [bag, jar]: [&Listed; 2]) {
    for (item, sold) in [(bag, 2), (jar, 3)] {
        let path = format!("/variations/{}", item.ware.variation_id);
        becomes("stock", item.ware.stock - sold, async || {
            let variation: Variation = mesh.anybody().get(&path).await.try_read(200)?;
            Ok(variation.available)
        })
        .await;
        let path = format!("/search?q={}", item.ware.word);
        becomes("search", Some((item.ware.product_id, true)), async || {
            let answer: SearchAnswer = mesh.anybody().get(&path).await.try_read(200)?;
            Ok(answer.products.first().map(|hit| (hit.id, hit.available)))
        })
        .await;
    }
}

pub async fn the_dashboard_counts(stall: &Stall, item: &Listed, units: i64) {
    let revenue = units * item.ware.price;
    let expected = Summary {
        revenue_booked: revenue,
        revenue_settled: revenue,
        orders: 1,
        units_sold: units,
        average_order_value: revenue,
        // The customer, and somebody who only looked at the shop; owners do not count.
        visitors: 2,
        conversion_rate: 0.5,
    };
    becomes("the dashboard", expected, async || {
        Ok(stall.dashboard().await?.summary)
    })
    .await;

    let dashboard = stall.dashboard().await.unwrap();
    let top = TopProduct {
        product_id: item.ware.product_id,
        units_sold: units,
        revenue,
    };
    assert_eq!(
        (dashboard.currency.as_str(), dashboard.top_products),
        ("AZN", vec![top])
    );
    assert_eq!(dashboard.daily.len(), 7);
    let days = &dashboard.daily;
    assert_eq!(days.iter().map(|day| day.orders).sum::<i64>(), 1);
    assert_eq!(days.iter().map(|day| day.units).sum::<i64>(), units);
    assert_eq!(days.iter().map(|day| day.revenue).sum::<i64>(), revenue);
}

pub async fn the_overview_has_grown(admin: &Client, before: Totals, sold: [(&Listed, i64); 2]) {
    let expected = Totals {
        quantity: before.quantity + sold.iter().map(|(_, units)| units).sum::<i64>(),
        sales: before.sales + 1,
        revenue: before.revenue
            + sold
                .iter()
                .map(|(item, units)| units * item.ware.price)
                .sum::<i64>(),
    };
    becomes("the overview", expected, async || overview(admin).await).await;
}
