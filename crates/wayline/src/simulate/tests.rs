//! What is promised of simulated people.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use super::text::normalise;
use super::*;

fn config(kind: LogKind) -> SimulationConfig {
    SimulationConfig { people: 60, seed: 7, kind, ..SimulationConfig::default() }
}

fn some(kind: LogKind) -> Vec<SimulatedPerson> {
    people(Catalogue::builtin(), &config(kind)).collect()
}
#[test]
fn stats() {
    for kind in LogKind::ALL {
        let t=std::time::Instant::now();
        let p = some(kind);
        let n = p.len() as f64;
        let ev: usize = p.iter().map(|p| p.events.len()).sum();
        let mut kw=0; let mut un=0;let mut q=0; let mut j=0; let mut noise=0;
        for p in &p { let mut a=BTreeSet::new(); let mut u=BTreeSet::new(); let mut qs=BTreeSet::new();
            for e in &p.events { for x in e.query.iter().chain(&e.annotations) { a.insert(normalise(x)); } if let Some(x)=&e.query { qs.insert(normalise(x)); } 
              if let Some(x)=&e.item_id { u.insert(x.clone()); } }
            kw+=a.len(); un+=u.len()+qs.len(); q+=qs.len(); j+=p.gold.journeys.len(); noise+=p.gold.noise.len(); }
        println!("{kind}: events {} keywords {} units {} queries {} journeys {} noise {} {:?}", ev as f64/n, kw as f64/n, un as f64/n, q as f64/n, j as f64/n, noise as f64/n, t.elapsed());
    }
}
