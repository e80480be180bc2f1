//! Tells the crate whether the compiler shares generic code between crates.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(shared_generics)");
    // Up to level 1, and for the levels of small code, a crate exports the generic code that it has compiled.
    let shared = std::env::var("OPT_LEVEL").is_ok_and(|level| !matches!(level.as_str(), "2" | "3"));
    if shared {
        println!("cargo::rustc-cfg=shared_generics");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
