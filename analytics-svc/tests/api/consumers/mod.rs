mod any;
mod erasure;
