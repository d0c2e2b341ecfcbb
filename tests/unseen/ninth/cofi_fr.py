# Filtrage collaboratif (exercice 8), version Python pour scipy
import numpy as np


# oracle: shapes films: M K, gouts: U K, notes: M U fixed, vus: M U mask
def cofi_cost_function(films, gouts, notes, vus, lam=0.3):
    """
    films  : caractéristiques des films
    gouts  : préférences des utilisateurs
    notes  : notes données ; une note non donnée ne compte pas
    vus    : vrai si l'utilisateur a noté le film
    """
    # --- coût ---
    ecart = films @ gouts.T - notes
    cout = 0.5 * np.sum((ecart * vus) ** 2)
    cout += 0.5 * lam * (np.sum(films ** 2) + np.sum(gouts ** 2))

    # --- gradients ---
    grad_films = (ecart * vus) @ gouts + lam * films
    grad_gouts = ecart.T @ films + lam * gouts

    return cout, (grad_films, grad_gouts)


def recommander(films, gouts, vus, utilisateur, combien=3):
    previsions = films @ gouts[utilisateur]
    previsions = np.where(vus[:, utilisateur], -np.inf, previsions)
    return np.argsort(previsions)[::-1][:combien]
