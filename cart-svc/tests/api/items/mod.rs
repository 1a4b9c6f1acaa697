mod add;
mod change;
mod remove;
