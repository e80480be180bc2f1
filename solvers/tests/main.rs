//! Tests of what plugs into the framework: losses, sets, rules, descent methods, proximal functions, the joint model.

mod batches;
mod campaign;
mod check_kit;
mod check_kit_faults;
#[path = "../../tests/common.rs"]
mod common;
mod couplings;
mod data;
mod descent;
mod domains;
mod features;
mod functions;
mod generic;
mod geodesics;
mod heads;
mod images;
mod joint_faults;
mod joint_file;
mod joint_golden;
mod joint_layered;
mod joint_model;
mod manifolds;
mod network;
mod normalised;
mod own_network;
mod patterns;
mod pca;
#[path = "../../tests/plain.rs"]
mod plain;
mod prox;
mod prox_cross_entropy;
mod prox_nonconvex;
mod prox_norms;
mod prox_rates;
mod prox_rules;
mod prox_sets;
mod prox_twins;
mod qp;
mod ranks;
mod rules;
mod rules_converge;
mod sets;
mod softmax;
mod spectra;
mod tables;
mod unconstrained;
