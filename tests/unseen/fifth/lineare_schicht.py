# Übungsblatt 5, Aufgabe 2: lineare Schicht mit eingebautem Lernschritt
import numpy as np


# oracle: shapes eingabe: N anzahl_ein, gewichte: anzahl_ein anzahl_aus, schwelle: anzahl_aus
class LineareSchicht:
    def __init__(self, anzahl_ein=4, anzahl_aus=3, lernrate=0.1):
        zufall = np.random.default_rng(42)
        self.gewichte = zufall.standard_normal((anzahl_ein, anzahl_aus))
        self.schwelle = np.zeros(anzahl_aus)
        self.lernrate = lernrate

    def forward(self, eingabe):
        self.eingabe = eingabe
        return eingabe @ self.gewichte + self.schwelle

    def backward(self, fehler):
        gewichte, schwelle = self.gewichte, self.schwelle
        self.grad_gewichte = self.eingabe.T @ fehler
        self.grad_schwelle = fehler.sum(axis=0)
        # Lernschritt
        self.gewichte = gewichte - self.lernrate * self.grad_gewichte
        self.schwelle = schwelle - self.lernrate * self.grad_schwelle
        # Fehler an die vorige Schicht weitergeben
        fehler_ein = fehler @ self.gewichte.T
        return fehler_ein
