//! Torture: real services under a seeded schedule of customers, shops and faults, and the books afterwards.
//!
//! Faults come from outside. Between every service and its Postgres, and between every service and the broker, stands
//! a [`way`] that reads what passes: it kills the service before or after a commit, cuts the connection between a
//! publish and its confirm, delays, stalls and refuses. Services hold no code for it.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`schedule`] | makes all that happens in a run out of a number, the same each time |
//! | [`rig`] | the mesh as processes: kill, start, freeze, clocks, broker, Elasticsearch |
//! | [`way`] | the ways to Postgres and the broker, and the traps on them |
//! | [`market`] | customers and shops, who ask until they are answered |
//! | [`doer`] | does what is to go wrong |
//! | [`hostile`] | messages that no honest sender would send |
//! | [`letters`] | events that come twice, in another order, or unreadable |
//! | [`search`] | searches and rebuilds all through a run, and the comparison of the index afterwards |
//! | [`books`] | what must hold afterwards |
//! | [`series`] | runs, one after the other |
//! | [`crowd`] | a thousand buyers of a hundred pieces |

pub mod books;
pub mod crowd;
pub mod dice;
pub mod doer;
pub mod hostile;
pub mod letters;
pub mod market;
pub mod rest;
pub mod rig;
pub mod run;
pub mod schedule;
pub mod search;
pub mod series;
pub mod way;
