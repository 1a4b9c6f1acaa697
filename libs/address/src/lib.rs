//! What a postal address must look like: countries by their code, postal codes by country.

mod country;
mod postal_code;
mod rules;

pub use country::is_country;
pub use postal_code::is_postal_code;
pub use rules::{country, one_line};
