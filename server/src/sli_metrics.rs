//! The indicators for a Prometheus server. A number that does not exist is absent, never zero.

use std::sync::atomic::AtomicU64;

use domain::sli::{Reading, SliState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    sli: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    sli: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Over {
    sli: &'static str,
    window: String,
}

type Number = Gauge<f64, AtomicU64>;

/// What the indicators say.
#[derive(Default)]
pub struct SliMetrics {
    value: Family<Of, Number>,
    good: Family<Of, Gauge>,
    total: Family<Of, Gauge>,
    state: Family<InState, Gauge>,
    budget: Family<Of, Number>,
    coverage: Family<Of, Number>,
    as_of: Family<Of, Number>,
    burn: Family<Over, Number>,
}

impl SliMetrics {
    /// Names them.
    pub fn register(&self, registry: &mut Registry) {
        let value = "The number: a share of 0 to 1, a count, or hours; absent without data";
        registry.register("sli_value", value, self.value.clone());
        let good = "Good events or covered members of 30 days";
        registry.register("sli_good", good, self.good.clone());
        registry.register("sli_total", "All that count, of 30 days", self.total.clone());
        registry.register("sli_state", "1 for the present state, else 0", self.state.clone());
        let budget = "The share of the budget of 30 days that is left; negative when overspent";
        registry.register("sli_budget_left", budget, self.budget.clone());
        let coverage = "The share of the period that was observed";
        registry.register("sli_coverage", coverage, self.coverage.clone());
        let as_of = "When the oldest input was read, in seconds since 1970";
        registry.register("sli_as_of_timestamp", as_of, self.as_of.clone());
        let burn = "How many times faster than permitted the budget is spent";
        registry.register("sli_burn_rate", burn, self.burn.clone());
    }

    /// Adds what one of them says.
    pub fn add(&self, reading: &Reading) {
        let sli = reading.sli.as_str();
        let of = Of { sli };
        let set = |family: &Family<Of, Number>, value: Option<f64>| {
            if let Some(value) = value {
                family.get_or_create(&of).set(value);
            }
        };
        set(&self.value, reading.value);
        set(&self.budget, reading.budget_left);
        set(&self.coverage, reading.coverage);
        set(&self.as_of, reading.as_of.map(|at| at.0 as f64 / 1_000.0));
        self.good.get_or_create(&of).set(reading.good as i64);
        self.total.get_or_create(&of).set(reading.total as i64);
        for state in SliState::ALL {
            let now = i64::from(state == reading.state);
            self.state.get_or_create(&InState { sli, state: state.as_str() }).set(now);
        }
        for burn in &reading.burns {
            if let Some(rate) = burn.long {
                let window = format!("{}m", burn.long_ms / domain::id::MINUTE_MS);
                self.burn.get_or_create(&Over { sli, window }).set(rate);
            }
        }
    }
}
