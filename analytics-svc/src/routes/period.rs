//! The period parameters that reports share, and how an answer repeats them.

use chrono::{NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::domain::{Bound, Period, PeriodQuery};
use crate::{Error, Result};

/// Which days. Without any of these: the last 30 days in UTC, today included.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodParams {
    /// So many days: up to `to` or today, or from `from` on. Not together with both.
    #[validate(range(min = 1, max = 366))]
    #[param(minimum = 1, maximum = 366, default = 30, example = 30)]
    days: Option<i64>,
    /// First day, as a date or as a time within it. The period has at most 366 days.
    #[validate(length(max = 40))]
    #[param(max_length = 40, example = "2026-03-01")]
    from: Option<String>,
    /// Last day, itself included; today if only `from` is given.
    #[validate(length(max = 40))]
    #[param(max_length = 40, example = "2026-03-31")]
    to: Option<String>,
    /// IANA time zone in which days begin and end.
    #[validate(length(max = 64))]
    #[param(max_length = 64, default = "UTC", example = "Asia/Baku")]
    tz: Option<String>,
}

impl PeriodParams {
    /// The period asked for, as of now.
    ///
    /// # Errors
    /// When the parameters make no period.
    pub fn period(&self) -> Result<Period> {
        let query = PeriodQuery {
            days: self.days,
            from: bound("from", self.from.as_deref())?,
            to: bound("to", self.to.as_deref())?,
            tz: self.tz.as_deref(),
        };
        Ok(Period::new(query, Utc::now())?)
    }
}

/// Reads one end of a period.
///
/// # Errors
/// When it is neither a date nor a time.
pub fn bound(field: &'static str, text: Option<&str>) -> Result<Option<Bound>> {
    text.map(Bound::parse)
        .transpose()
        .map_err(|source| Error::Bound { field, source })
}

/// The days that a report covers.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodBody {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// IANA time zone.
    #[schema(example = "Asia/Baku")]
    pub tz: &'static str,
}

impl From<&Period> for PeriodBody {
    fn from(period: &Period) -> Self {
        Self {
            from: period.first(),
            to: period.last(),
            tz: period.zone(),
        }
    }
}
