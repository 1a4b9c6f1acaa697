//! What leaves the mesh about a person, and what is left of somebody who has gone.

mod erasure;
mod export;
