//! Reports from sums: zero-filled days, and rates computed where they are shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::{Figures, Period};

/// The sums of one day in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySums {
    /// Days since the first of the period; negative for the period before, which comes in one piece.
    pub day: i64,
    /// The currency of the money in it.
    pub currency: String,
    /// The sums.
    pub figures: Figures,
}

/// The sums of a whole period.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Booked in the main currency, in minor units.
    pub revenue_booked: i64,
    /// Settled in the main currency, in minor units.
    pub revenue_settled: i64,
    /// Orders in all currencies.
    pub orders: i64,
    /// Pieces in all currencies.
    pub units_sold: i64,
    /// What an order in the main currency brings, in minor units.
    pub average_order_value: i64,
    /// Different visitors.
    pub visitors: i64,
    /// Orders by visitors; 0 without visitors.
    pub conversion_rate: f64,
    /// The money by currency, the main one first.
    pub revenue: Vec<Revenue>,
}

/// The money of a period in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revenue {
    /// ISO 4217 code.
    pub currency: String,
    /// Booked, in minor units.
    pub booked: i64,
    /// Settled, in minor units.
    pub settled: i64,
    /// Orders in this currency.
    pub orders: i64,
    /// What one of them brings, in minor units.
    pub average_order_value: i64,
}

/// One day of the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day in the period's time zone.
    pub date: NaiveDate,
    /// Booked in the main currency, in minor units.
    pub revenue: i64,
    /// Orders in all currencies.
    pub orders: i64,
    /// Pieces in all currencies.
    pub units: i64,
}

/// Sums up days. The main currency is there even if nothing was sold in it.
pub fn summary<'a>(days: impl IntoIterator<Item = &'a DaySums>, main: &str, visitors: i64) -> Summary {
    let mut sums = BTreeMap::from([(main, Figures::default())]);
    for day in days {
        let sum = sums.entry(&day.currency).or_default();
        *sum = sum.plus(day.figures);
    }
    let all = sums
        .values()
        .fold(Figures::default(), |all, figures| all.plus(*figures));
    let mut revenue: Vec<_> = sums
        .into_iter()
        .map(|(currency, figures)| money(currency, figures))
        .collect();
    revenue.sort_by_key(|revenue| revenue.currency != main);
    let in_main = revenue.first();
    Summary {
        revenue_booked: in_main.map_or(0, |revenue| revenue.booked),
        revenue_settled: in_main.map_or(0, |revenue| revenue.settled),
        orders: all.orders,
        units_sold: all.units,
        average_order_value: in_main.map_or(0, |revenue| revenue.average_order_value),
        visitors,
        conversion_rate: ratio(all.orders, visitors),
        revenue,
    }
}

/// One entry for each day of the period, whether anything was sold or not.
pub fn daily(period: &Period, days: &[DaySums], main: &str) -> Vec<Day> {
    let mut sums = BTreeMap::<i64, (Figures, i64)>::new();
    for day in days {
        let (all, revenue) = sums.entry(day.day).or_default();
        *all = all.plus(day.figures);
        if day.currency == main {
            *revenue = revenue.saturating_add(day.figures.booked);
        }
    }
    let entry = |(date, number)| {
        let (all, revenue) = sums.get(&number).copied().unwrap_or_default();
        Day {
            date,
            revenue,
            orders: all.orders,
            units: all.units,
        }
    };
    period.days().zip(0..).map(entry).collect()
}

fn money(currency: &str, figures: Figures) -> Revenue {
    Revenue {
        currency: currency.to_owned(),
        booked: figures.booked,
        settled: figures.settled,
        orders: figures.orders,
        average_order_value: average(figures.booked, figures.orders),
    }
}

/// Rounded half up to the minor unit; 0 of nothing.
fn average(sum: i64, count: i64) -> i64 {
    sum.saturating_add(count / 2)
        .checked_div_euclid(count)
        .unwrap_or(0)
}

/// 0 where there is nothing to divide by.
#[expect(clippy::as_conversions, reason = "counts stay far below 2^53")]
fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bound, PeriodQuery};

    fn sums(day: i64, currency: &str, orders: i64, booked: i64) -> DaySums {
        DaySums {
            day,
            currency: currency.into(),
            figures: Figures {
                orders,
                units: orders * 2,
                booked,
                settled: 0,
            },
        }
    }

    #[test]
    fn an_empty_period_is_all_zeros() {
        let summary = summary(&[], "AZN", 0);

        assert_eq!(
            (
                summary.orders,
                summary.average_order_value,
                summary.conversion_rate
            ),
            (0, 0, 0.0)
        );
        assert_eq!(summary.revenue.len(), 1);
    }

    #[test]
    fn money_of_two_currencies_is_never_added() {
        let summary = summary(
            &[
                sums(0, "AZN", 2, 1001),
                sums(1, "EUR", 1, 70),
                sums(1, "AZN", 1, 1),
            ],
            "AZN",
            8,
        );

        assert_eq!((summary.orders, summary.units_sold), (4, 8));
        assert_eq!((summary.revenue_booked, summary.average_order_value), (1002, 334));
        assert!((summary.conversion_rate - 0.5).abs() < f64::EPSILON);
        assert_eq!(summary.revenue[1].currency, "EUR");
        assert_eq!(summary.revenue[1].booked, 70);
    }

    #[test]
    fn the_main_currency_comes_first_even_unsold() {
        let summary = summary(&[sums(0, "AED", 1, 70)], "AZN", 0);

        assert_eq!(summary.revenue_booked, 0);
        assert_eq!(
            summary
                .revenue
                .iter()
                .map(|r| r.currency.as_str())
                .collect::<Vec<_>>(),
            ["AZN", "AED"]
        );
    }

    #[test]
    fn an_average_is_rounded_to_the_minor_unit() {
        assert_eq!(
            [average(5, 2), average(4, 3), average(7, 0), average(0, 3)],
            [3, 1, 0, 0]
        );
    }

    #[test]
    fn days_without_sales_are_zero() {
        let day = |text| Some(Bound::parse(text).unwrap());
        let query = PeriodQuery {
            from: day("2026-03-01"),
            to: day("2026-03-03"),
            ..PeriodQuery::default()
        };
        let period = Period::new(query, chrono::Utc::now()).unwrap();

        let days = daily(&period, &[sums(1, "AZN", 1, 500), sums(1, "EUR", 1, 9)], "AZN");

        assert_eq!(
            days.iter().map(|day| day.revenue).collect::<Vec<_>>(),
            [0, 500, 0]
        );
        assert_eq!(days[1].orders, 2);
        assert_eq!(days[2].date.to_string(), "2026-03-03");
    }
}
